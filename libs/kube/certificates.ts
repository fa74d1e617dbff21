import { X509Certificate } from 'node:crypto';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/**
 * The certificates of a PEM text, written so that OpenSSL reads every one of them: it ends silently at the first block
 * that it cannot read, and at a blank line in one. Text between the blocks is left out.
 * @throws Error when there is none, or says which one cannot be read
 */
export function readCertificates(text: string): string {
  const blocks = text.split(BEGIN).slice(1);
  if (blocks.length === 0) throw new Error(`it contains no certificate (${BEGIN})`);
  return blocks.map((block, index) => readBlock(block, `certificate ${index + 1} of ${blocks.length}`)).join('');
}

function readBlock(block: string, which: string): string {
  const [body = '', ...rest] = block.split(END);
  if (rest.length === 0) throw new Error(`${which} has no end (${END})`);
  try {
    return new X509Certificate(Buffer.from(body, 'base64')).toString();
  } catch (error) {
    throw new Error(`${which} cannot be read`, { cause: error });
  }
}
