import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.elixir(path='my app').release(mix_env='a b')]
