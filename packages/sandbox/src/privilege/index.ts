export { enterInit, enterNamespace } from './enter.ts'
export { footing } from './privilege-mode.ts'
