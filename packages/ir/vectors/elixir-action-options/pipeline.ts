import { pipeline } from '@harmont/hm'
import { elixir } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = elixir()
    return pipeline([
      project.credo({ strict: false }),
      project.release({ mixEnv: 'staging' }),
      project.test({ env: { ELIXIR_ERL_OPTIONS: 'own' } }),
    ])
  },
}
