import { noArtifacts } from './no-artifacts.ts'
import { signedIn } from './session.ts'

/** `hm artifact list`. */
export const run = signedIn<'artifact list'>(async (_, { apiUrl }) => {
  throw noArtifacts(apiUrl)
})
