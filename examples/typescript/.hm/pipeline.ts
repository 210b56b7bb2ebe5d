import { onChange, pipeline, type PipelineDefinition, pullRequest, push, sh } from "@harmont/hm"

const deps = sh("npm ci --no-audit --no-fund", { label: "deps", cache: onChange("package.json", "package-lock.json") })

const ci: PipelineDefinition = {
  slug: "ci",
  triggers: [push({ branch: "main" }), pullRequest()],
  pipeline: () =>
    pipeline(
      [
        deps.sh("npm run build", { label: "build" }),
        deps.sh("npm run test", { label: "test" }),
      ],
      // Steps run on this machine's own programs, seen read-only. Name an image to be independent of it.
      { env: { CI: "true" }, defaultImage: "host" },
    ),
}

export default ci
