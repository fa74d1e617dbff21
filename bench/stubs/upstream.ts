/**
 * A Kubernetes API server that answers at once, so that what stands in front of it is what is measured. A process of its own:
 *
 *     node bench/stubs/upstream.ts [PORT]
 *
 * Its first line is JSON: the URL and the CA (PEM). It runs until it is told to end.
 */
import { type AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { makeCa, makeCertificate } from '#libs/pki';
import { fixedAnswers } from './answers.ts';
import { serveApi } from './api.ts';
import { speak } from './connection.ts';
import { openGuest } from './guests.ts';
import { Objects } from './objects.ts';

const ca = await makeCa({ cn: 'bench' });
const names = { cn: 'localhost', dns: ['localhost'], ips: ['127.0.0.1'] };
const { cert, key } = await makeCertificate(ca, names);
const objects = new Objects();
const fixed = fixedAnswers();

const server = createServer({ cert, key, ALPNProtocols: ['http/1.1'], noDelay: true }, (socket) => {
  speak(socket, fixed, (asked, rest) => {
    const isGuest = openGuest(asked, rest);
    if (!isGuest) serveApi(objects, asked);
    return isGuest;
  });
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ url: `https://127.0.0.1:${port}`, ca: ca.cert }));
});
