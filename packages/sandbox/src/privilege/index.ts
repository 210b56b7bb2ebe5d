export { enterInit, enterNamespace } from './enter-namespace.ts'
export { privilegeMode } from './privilege-mode.ts'
