import { describe, expect, it } from 'vitest';
import { kubectlFails, kubectlOk } from '../support/kubectl.js';

describe('kubectl asks what there is', () => {
  it('api-resources', async () => {
    const rows = (await kubectlOk('api-resources --no-headers')).split('\n').map((row) => row.split(/\s+/).join(' '));
    for (const row of [
      'gateservers gs kubegateway.kubevirt.io/v1beta1 true GateServer',
      'gatetokens gt kubegateway.kubevirt.io/v1beta1 true GateToken',
      'gatesessions gsess kubegateway.kubevirt.io/v1beta1 true GateSession',
      'virtualmachines vm,vms kubevirt.io/v1 true VirtualMachine',
      'deployments deploy apps/v1 true Deployment',
      'pods po v1 true Pod',
      'namespaces ns v1 false Namespace',
      'customresourcedefinitions crd,crds apiextensions.k8s.io/v1 false CustomResourceDefinition',
      'tokenreviews authentication.k8s.io/v1 false TokenReview',
    ]) {
      expect(rows).toContain(row);
    }
    const ours = await kubectlOk('api-resources --api-group=kubegateway.kubevirt.io -o name');
    expect(ours).toBe(
      'gateservers.kubegateway.kubevirt.io\ngatesessions.kubegateway.kubevirt.io\ngatetokens.kubegateway.kubevirt.io\n',
    );
    expect(await kubectlOk('api-resources --api-group=kubegateway.kubevirt.io -o wide --no-headers')).toMatch(
      /gatetokens .*(create,delete,deletecollection,get,list,patch,update,watch|delete,deletecollection,get,list,patch,create,update,watch)/,
    );
    expect(await kubectlOk('api-resources --verbs=list --namespaced=false -o name')).not.toMatch(/pods|tokenreviews/);
  });

  it('api-versions, version, cluster-info', async () => {
    const versions = (await kubectlOk('api-versions')).split('\n');
    expect(versions).toEqual(
      expect.arrayContaining(['v1', 'apps/v1', 'kubegateway.kubevirt.io/v1beta1', 'subresources.kubevirt.io/v1']),
    );
    expect(await kubectlOk('version')).toMatch(/Server Version: v1\.\d+/);
    const version = JSON.parse(await kubectlOk('version -o json')) as { serverVersion: Record<string, string> };
    expect(Object.keys(version.serverVersion)).toEqual(
      expect.arrayContaining(['major', 'minor', 'gitVersion', 'gitCommit', 'buildDate', 'goVersion', 'platform']),
    );
    expect(await kubectlOk('cluster-info')).toContain('is running at');
  });

  it.each(['gateservers', 'gatetokens', 'gatesessions'])('explain --recursive %s', async (kind) => {
    const text = await kubectlOk(`explain ${kind} --recursive`);
    expect(text).toMatch(/^GROUP:\s+kubegateway\.kubevirt\.io\nKIND:\s+Gate\w+\nVERSION:\s+v1beta1\n/);
    for (const field of ['apiVersion', 'kind', 'metadata', 'spec']) {
      expect(text).toMatch(new RegExp(`^\\s+${field}\\s+<`, 'm'));
    }
  });

  it('explains a field of ours: type, enum, required, description', async () => {
    expect(await kubectlOk('explain gs.spec')).toMatch(/route\s+<string> -required-\n\s+Host name/);
    expect(await kubectlOk('explain gs.spec.admin-role')).toMatch(
      /FIELD: admin-role <string>\n\s*ENUM:\n\s+reader\n\s+admin/,
    );
    expect(await kubectlOk('explain gt.spec --recursive')).toMatch(/verbs\s+<\[\]string>/);
    expect(await kubectlOk('explain gt.status.conditions')).toMatch(/FIELD: conditions <\[\]Object>/);
    expect(await kubectlFails('explain gt.spec.none')).toContain('field "none" does not exist');
    expect(await kubectlFails('explain nothing')).toContain(`the server doesn't have a resource type "nothing"`);
  });

  it('explains a kind of KubeVirt', async () => {
    expect(await kubectlOk('explain vm --api-version=kubevirt.io/v1')).toMatch(/KIND:\s+VirtualMachine\nVERSION:\s+v1/);
  });
});
