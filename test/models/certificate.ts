import crypto from 'node:crypto';

/** One value as DER writes it: a tag, a length, the content. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const [SEQUENCE, SET, OID, BITS, OCTETS, TEXT, TIME] = [0x30, 0x31, 6, 3, 4, 0x0c, 0x18];
const ascii = (text: string): Buffer => Buffer.from(text, 'ascii');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** A key made now, and a certificate for a host that it signs itself (X.509, RFC 5280): for a server of a test. */
export function selfSigned(host: string): { key: string; cert: string } {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ecdsaWithSha256 = der(SEQUENCE, der(OID, hex('2a8648ce3d040302')));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, hex('550403')), der(TEXT, ascii(host)))));
  const validity = der(SEQUENCE, der(TIME, ascii('20200101000000Z')), der(TIME, ascii('21200101000000Z')));
  const alternative = der(SEQUENCE, der(OID, hex('551d11')), der(OCTETS, der(SEQUENCE, der(0x82, ascii(host)))));
  const authority = der(SEQUENCE, der(OID, hex('551d13')), der(OCTETS, der(SEQUENCE, der(1, hex('ff')))));
  const body = der(
    SEQUENCE,
    der(0xa0, der(2, hex('02'))), // version 3
    der(2, hex('01')), // serial number
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, authority, alternative)),
  );
  const signature = crypto.sign('sha256', body, privateKey);
  const whole = der(SEQUENCE, body, ecdsaWithSha256, der(BITS, hex('00'), signature));
  const cert = `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert };
}
