import { pipeline } from '@harmont/hm'
import { elixir } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      elixir({ elixirVersion: '1.17.0', otpVersion: '26', path: 'apps/a', image: 'ubuntu:22.04' }).test({
        cover: true,
        partitions: 4,
      }),
    ]),
}
