export type { Auth, JsonSchema, OpenApiDocument, ParameterObject } from './document.ts'
export { type ErrorCode, type ErrorStatus, type ErrorType, errorCatalogue, errorTypeOf } from './errors.ts'
export type { DrawnFacts, FirstLog, FirstPageCode } from './first-page.ts'
export type { components, operationAuth, operations, Permission, paths } from './generated/types.ts'
export {
  type BodyShape,
  contract,
  type Operation,
  type OperationId,
  operationTable,
  resolveSchema,
} from './operations.ts'
