export { ApiError, apiError, queryError } from './api-error.ts'
export { unauthorized } from './authorization/admit.ts'
export {
  permissionsOf,
  permissionToChange,
  requirePermission,
  requireRole,
  requireScope,
} from './authorization/permissions.ts'
export type { AnsweredRequest } from './bare-server.ts'
export type { UploadedSource } from './body/build-body.ts'
export { createHttp, type HttpOptions } from './create-http.ts'
export { connectionsHere } from './limits/connections.ts'
export { stillRuns } from './operations/answer-once.ts'
export type { Attempt, Claim, Idempotency, IdempotencyKeys, ScopedKey, StoredAnswer } from './operations/idempotency.ts'
export type { Handlers } from './operations/operation.ts'
export { lateOperations, operation, scopedOperation } from './operations/operation.ts'
export type { Body, Complete, HandleContext, Reply } from './operations/types.ts'
export type { Caller, Client, Identified, Membership, Role, Scope } from './request/caller.ts'
export type { Credential } from './request/credential.ts'
export { cookieOf } from './request/credential.ts'
export { type CursorKey, type CursorList, type Cursors, createCursors } from './request/cursor.ts'
export { uuidOrNone } from './request/parameters.ts'
export { attachment } from './response/attachment.ts'
export { chooseEncoding, compress, compressParts, type Encoding } from './response/compression.ts'
export { originCheck } from './response/headers.ts'
export {
  firstPage,
  type PageAnswer,
  type PageRequest,
  type Pages,
  type ReadApi,
  type WholeAnswer,
} from './response/pages.ts'
export { answerFile, type StoredFile, storeFile } from './response/stored-file.ts'
export type { Upgrade, UpgradeRequest } from './upgrades.ts'
