export { unauthorized } from './admit.ts'
export { stillRuns } from './answer-once.ts'
export { ApiError, apiError } from './api-error.ts'
export type { AnsweredRequest } from './bare-server.ts'
export type { UploadedSource } from './build-body.ts'
export type { Caller, Client, Identified, Membership, Role, Scope } from './caller.ts'
export { connectionsHere } from './connections-here.ts'
export { chooseEncoding, compress, type Encoding } from './content-encoding.ts'
export { cookieOf } from './cookies.ts'
export { createHttp, type HttpOptions } from './create-http.ts'
export type { Credential } from './credential.ts'
export { type CursorKey, type CursorList, type Cursors, createCursors } from './cursor.ts'
export type { Handlers } from './handlers.ts'
export type { Attempt, Claim, Idempotency, IdempotencyKeys, KeptAnswer, ScopedKey } from './idempotency.ts'
export { operation, scopedOperation } from './operation.ts'
export { originCheck } from './origins.ts'
export { firstPage, type PageAnswer, type PageRequest, type Pages } from './pages.ts'
export { uuidOrNone } from './params.ts'
export {
  permissionsOf,
  permissionToChange,
  requirePermission,
  requireRole,
  requireScope,
} from './permissions.ts'
export { answerFile, type StoredFile, storeFile } from './stored-file.ts'
export type { Body, Complete, HandleContext, Reply } from './types.ts'
export type { Upgrade, UpgradeRequest } from './upgrades.ts'
