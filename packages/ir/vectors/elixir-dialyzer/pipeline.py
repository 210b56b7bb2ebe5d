import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.elixir()
    return [project.dialyzer(), project.dialyzer(label='again'), project.plt()]
