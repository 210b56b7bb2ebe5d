import { noArtifacts } from './no-artifacts.ts'
import { signedIn } from './session.ts'

/** `hm artifact get`. */
export const run = signedIn<'artifact get'>(async (_, { apiUrl }) => {
  throw noArtifacts(apiUrl)
})
