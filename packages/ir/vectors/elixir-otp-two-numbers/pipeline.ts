import { pipeline } from '@harmont/hm'
import { elixir } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([elixir({ otpVersion: '27.3' }).install()]) }
