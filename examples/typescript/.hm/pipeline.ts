import { onChange, type PipelineDefinition, pipeline, pullRequest, push, sh } from "@harmont/hm"

// A step whose command, files and parent are as they were when it passed is not run again.
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
      // Steps run on this machine's own programs, seen read-only. Name an image to be independent of it.
      { env: { CI: "true" }, defaultImage: "host" },
    ),
}

export default ci
