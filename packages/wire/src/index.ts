export { type ConnectOptions, connectRunner, type RemotePort } from './connect/connect-runner.ts'
export type { WireShells } from './connect/shells.ts'
export { WireError } from './connect/transport.ts'
export { openConnections } from './connect/trust.ts'
export { shellCall, wireHeaders, wirePath, wireVersion } from './protocol.ts'
export type { RunnerShells } from './serve/call-context.ts'
export {
  type RunnerIdentity,
  type RunnerServer,
  type ServeOptions,
  serveRunners,
} from './serve/serve-runners.ts'
