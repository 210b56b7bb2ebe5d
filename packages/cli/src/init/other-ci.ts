import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const FILES = [
  '.gitlab-ci.yml',
  '.circleci/config.yml',
  '.buildkite/pipeline.yml',
  '.travis.yml',
  'Jenkinsfile',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
]

/** Files of other CI systems that the project has, relative to it. */
export async function otherCi(directory: string): Promise<string[]> {
  const workflows = join('.github', 'workflows')
  const listed = existsSync(join(directory, workflows)) ? await readdir(join(directory, workflows)) : []
  return [
    ...listed.filter((name) => /\.ya?ml$/.test(name)).map((name) => join(workflows, name)),
    ...FILES.filter((file) => existsSync(join(directory, file))),
  ]
}
