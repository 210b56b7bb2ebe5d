import { onChange, type PipelineDefinition, pipeline, pullRequest, push, sh } from "@harmont/hm"

// With this policy a step that passed runs again when a file of the project, its command or its parent changed.
const files = onChange(".")
const deps = sh("npm ci --no-audit --no-fund", { label: "deps", cache: onChange("package.json", "package-lock.json") })

const ci: PipelineDefinition = {
  slug: "typescript",
  triggers: [push({ branch: "main" }), pullRequest()],
  pipeline: () =>
    pipeline(
      [
        deps.sh("npm run build", { label: "build", cache: files }),
        deps.sh("npm run test", { label: "test", cache: files }),
      ],
      // Steps use this machine's own programs, read-only. Name an image to be independent of the machine.
      { env: { CI: "true" }, defaultImage: "host" },
    ),
}

export default ci
