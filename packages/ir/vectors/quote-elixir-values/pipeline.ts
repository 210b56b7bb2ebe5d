import { pipeline } from '@harmont/hm'
import { elixir } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([elixir({ path: 'my app' }).release({ mixEnv: 'a b' })]) }
