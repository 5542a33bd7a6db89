/** Sends instances by STOW-RS, as a router or an archive does. */

const BOUNDARY = 'part-of-a-study';

export async function stow(
  url: string,
  instances: readonly { readonly bytes: Uint8Array }[],
  token?: string,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const parts = instances.flatMap(({ bytes }) => [
    Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`),
    bytes,
  ]);
  const response = await fetch(`${url}/dicom-web/studies`, {
    method: 'POST',
    headers: {
      'content-type': `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`,
      accept: 'application/dicom+json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: Buffer.concat([...parts, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
  });
  const text = await response.text();
  return { status: response.status, json: text.startsWith('{') ? JSON.parse(text) : text };
}
