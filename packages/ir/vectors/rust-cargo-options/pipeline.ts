import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = rust.project()
    return pipeline([
      project.build({
        packages: ['a', 'b c'],
        allTargets: true,
        noDefaultFeatures: true,
        features: ['x', 'y z'],
        target: 'wasm32-wasip1',
        profile: 'dist',
        flags: ['--jobs 2', '$FLAGS'],
      }),
      project.test({ exclude: ['a', 'b'], allFeatures: true, release: true, locked: false }),
      project.clippy({ features: ['a'], target: 't', addTarget: false, extraLints: ['-W clippy::pedantic'] }),
    ])
  },
}
