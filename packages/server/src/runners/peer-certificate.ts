// x509 requires this import first.
import 'reflect-metadata'
import { KeyObject, webcrypto } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PeerIdentity } from '@harmont/wire/peers'
import { X509CertificateGenerator } from '@peculiar/x509'
import type { DataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { replaceFile } from '../platform/data-directory/replace-file.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
/** Validity times, which are not checked: other runners compare the certificate's digest. */
const times = { notBefore: new Date('2020-01-01'), notAfter: new Date('9999-12-31') }

/** Returns the key and certificate that a runner presents to others; creates them if absent. */
export async function peerIdentity({ secrets }: Pick<DataDirectory, 'secrets'>): Promise<PeerIdentity> {
  const path = join(secrets, 'peer-certificate')
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (kept !== null) return JSON.parse(kept) as PeerIdentity
  const made = await newIdentity()
  await replaceFile(path, JSON.stringify(made))
  return made
}

async function newIdentity(): Promise<PeerIdentity> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const signer = { signingAlgorithm: algorithm, keys }
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=harmont runner',
    ...times,
    ...signer,
  })
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })
  return { key: String(key), cert: certificate.toString('pem') }
}
