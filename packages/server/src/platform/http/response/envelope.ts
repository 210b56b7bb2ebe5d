import { type components, errorTypeOf } from '@harmont/contract'
import type { ApiError } from '../api-error.ts'

/** The body of every answer that is not a success. */
export type Envelope = components['schemas']['Error']

interface EnvelopeOptions {
  readonly requestId: string
  readonly publicUrl: string
  /** Log streams carry `code` and `message` at top level as well: their released clients read them there. */
  readonly isFlat?: boolean
}

/** Gives the envelope of an error. */
export function envelopeOf(error: ApiError, { requestId, publicUrl, isFlat = false }: EnvelopeOptions): Envelope {
  const { code, message, details, status } = error
  const envelope: Envelope = {
    error: {
      type: errorTypeOf(status),
      code,
      message,
      doc_url: `${publicUrl}/docs/errors/${code}`,
      request_id: requestId,
      ...details,
    },
  }
  return isFlat ? { ...envelope, code, message } : envelope
}
