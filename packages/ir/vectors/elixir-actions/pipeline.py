import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.elixir()
    return [project.credo(), project.sobelow(), project.deps_audit(), project.hex_audit(), project.release(), project.mix('ecto.migrate --quiet', env={'A': 'b'})]
