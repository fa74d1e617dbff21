import { createServer, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';

/** What the API server calls the webhook by. */
const HOST = 'kube-gateway-webhook.kube-gateway.svc';
const DAY_MS = 86_400_000;

/** In the place of the operator's webhook: allows everything, and shows the certificates of an authority of its own. */
export class WebhookStandIn {
  private constructor(
    private readonly server: Server,
    private readonly ca: PemPair,
  ) {}

  static async start(): Promise<WebhookStandIn> {
    const server = createServer((req, res) => {
      void json(req).then((review) => {
        const { uid } = (review as { request: { uid: string } }).request;
        const answer = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: true } };
        res.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WebhookStandIn(server, await makeCa({ cn: 'stand-in' }));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** base64 of PEM. */
  get caBundle(): string {
    return Buffer.from(this.ca.cert).toString('base64');
  }

  /** Shows from now on a certificate that has ended, or one that is good. */
  async show(what: 'expired' | 'valid'): Promise<void> {
    const now = new Date(what === 'expired' ? Date.now() - 2 * DAY_MS : Date.now());
    this.server.setSecureContext(await makeCertificate(this.ca, { cn: HOST, dns: [HOST], days: 1, now }));
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
