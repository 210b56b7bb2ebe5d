import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.elixir()
    return [project.credo(strict=False), project.release(mix_env='staging'), project.test(env={'ELIXIR_ERL_OPTIONS': 'own'})]
