import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make', { label: 'bare', cwd: 'src/a_b-1.2@%+=:,' }),
      sh('make', { label: 'single', cwd: "'my app'" }),
      sh('make', { label: 'double', cwd: '"$HOME/my app"' }),
      sh('make', { label: 'space', cwd: 'my app' }),
      sh('make', { label: 'quote', cwd: "it's" }),
      sh('make', { label: 'variable', cwd: '$HOME/my app' }),
      sh('make', { label: 'variable-special', cwd: '$A/"`\\' }),
      sh('make', { label: 'home', cwd: '~/my app' }),
      sh('make', { label: 'home-bare', cwd: '~/src' }),
      sh('make', { label: 'tilde', cwd: '~x' }),
      sh('make', { label: 'dash', cwd: '-x' }),
      sh('make', { label: 'dash-space', cwd: '-x y' }),
      sh('make', { label: 'unicode', cwd: 'é' }),
      sh('make', { label: 'semicolon', cwd: 'a;rm -rf b' }),
      sh('make', { label: 'backslash', cwd: 'a\\b' }),
      sh('make', { label: 'two-words', cwd: "'a' 'b'" }),
    ]),
}
