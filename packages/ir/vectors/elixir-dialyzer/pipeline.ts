import { pipeline } from '@harmont/hm'
import { elixir } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = elixir()
    return pipeline([project.dialyzer(), project.dialyzer({ label: 'again' }), project.plt()])
  },
}
