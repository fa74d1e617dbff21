import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsolePage } from './pages/console-page.js';
import { freshProfile, launchBrowser } from './support/browser.js';
import { kubectl, kubectlOk, shellEnvironment } from './support/kubectl.js';
import { Shell } from './support/shell.js';
import { until } from './support/until.js';

/** The shell commands of the original system's token.md, word for word, pasted block after block into bash. */
const BLOCKS = {
  secret: 'oc get secrets -n gateway-example | grep jwt-secret',
  vm: `cat <<EOF | oc create -f -
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: testvm
spec:
  running: true
  template:
    spec:
      domain:
        devices:
          disks:
          - disk:
              bus: virtio
            name: rootfs
        resources:
          requests:
            memory: 64M
      volumes:
        - name: rootfs
          containerDisk:
            image: quay.io/kubevirt/cirros-registry-disk-demo
EOF`,
  token: `# Set the VM name
vm=testvm
# Set the VM namespace (the virtual machine must be in the same namespace as the proxy)
ns=gateway-example

# Generate the VNC subresource path
path=/apis/subresources.kubevirt.io/v1/namespaces/$ns/virtualmachineinstances/$vm/vnc

# Get the admin user's k8s bearer token and the k8s API path.
# We will use the k8s API and credentials to create the gatetoken resource.
# NOTE: Users should know the admin token and k8s API host. The script here 
#       gets this value using only the oc command for this example.
token=$(oc whoami -t)
apipath=$(oc whoami --show-server)/apis/kubegateway.kubevirt.io/v1beta1/namespaces/$ns/gatetokens

# Get the name of the secret holding the private key for signing the gatetoken
# NOTE: Users should know the secret name. The script here
#       gets this value using only the oc command for this example.
secret_name=$(oc get secrets -n $ns -o name | grep jwt-secret | cut -d "/" -f2)

# Generate a unique gatetoken name
date=$(date "+%y%m%d%H%M")
name=$vm-$date

# Create the gatetoken resource
data="{\\"apiVersion\\":\\"kubegateway.kubevirt.io/v1beta1\\",\\"kind\\":\\"GateToken\\",\\"metadata\\":{\\"name\\":\\"$name\\",\\"namespace\\":\\"$ns\\"},\\"spec\\":{\\"secret-name\\":\\"$secret_name\\",\\"urls\\":[\\"$path\\"]}}"

# Call the k8s API using admin credentials to create a new gatetoken
curl -k -H 'Accept: application/json' -H "Authorization: Bearer $token" -H "Content-Type: application/json" --request POST --data $data $apipath`,
  read: `# Get the token resource
curl -k -H 'Accept: application/json' -H "Authorization: Bearer $token" $apipath/$name`,
  link: `# Get the JWT from the gatetoken resource using admin credentials
jwt=$(curl -k -H 'Accept: application/json' -H "Authorization: Bearer $token" $apipath/$name | jq .status.token)

# You can also get the gatetoken using the oc command
# oc get gatetoken $name -o json | jq .status.token

# The proxy URL is set in the gateserver spec.
proxyurl=https://$(oc get gateserver -o json | jq -r .items[0].spec.route)

# The link is signed using \${jwt} and will access the k8s API at \${path}.
signed_link="\${proxyurl}/auth/jwt/set?token=\${jwt}&name=\${vm}&namespace=\${ns}"

# Users holding the signed link will be able to use it for 1 hour.

# Open the link in a browser
google-chrome "\${signed_link}"`,
};

describe('token.md of the original system', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kube-gateway-token-md-'));
  let shell: Shell;
  let browser: Browser;

  beforeAll(async () => {
    // google-chrome of the last block: keeps the link, which Chromium under test then opens.
    const shim = join(folder, 'google-chrome');
    writeFileSync(shim, `#!/bin/sh\nprintf '%s' "$1" > '${join(folder, 'link')}'\n`);
    chmodSync(shim, 0o755);
    const env = shellEnvironment();
    shell = new Shell({ ...env, PATH: `${folder}:${env['PATH'] ?? ''}` }, folder);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await shell?.close();
    await kubectl(['delete', 'vm', 'testvm', '--ignore-not-found']);
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds the secret by its name', async () => {
    const lines = (await shell.paste(BLOCKS.secret)).trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^gateserver-sample-jwt-secret\s/);
  });

  it('makes the VM testvm, which gets to Running', async () => {
    expect(await shell.paste(BLOCKS.vm)).toContain('virtualmachine.kubevirt.io/testvm created');
    await until('testvm is Running', async () => {
      return (await kubectlOk(['get', 'vm', 'testvm', '-o', 'jsonpath={.status.printableStatus}'])) === 'Running';
    });
  });

  it('makes a GateToken with curl, which is signed', async () => {
    expect(await shell.paste(BLOCKS.token)).toMatch(/"kind": ?"GateToken"/);
    const name = await shell.value('name');
    await kubectlOk(['wait', 'gatetoken', name, '--for=jsonpath={.status.phase}=Ready', '--timeout=15s']);
    expect(await shell.paste(BLOCKS.read)).toMatch(/"token": ?"ey/);
  });

  it('opens the link: the screen is there, and what is typed reaches the guest', async () => {
    await shell.paste(BLOCKS.link);
    const link = await until('google-chrome was called', () => readFileSync(join(folder, 'link'), 'utf8'));
    expect(link).toContain('token="ey'); // The quotes that jq leaves.
    const context = await freshProfile(browser);
    const page = new ConsolePage(await context.newPage());
    await page.open(link);
    await page.connected();
    expect(page.url()).not.toContain('ey'); // The token is gone from the address at once.
    const before = await page.screen();
    expect(before.join('\n')).not.toContain('Linux');
    await page.type('uname -a');
    await until('the guest answers', async () => (await page.screen()).some((line) => line.startsWith('Linux testvm')));
    await context.close();
  });
});
