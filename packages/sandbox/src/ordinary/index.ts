export { enterInit, enterNamespace } from './enter.ts'
export { footing } from './footing.ts'
