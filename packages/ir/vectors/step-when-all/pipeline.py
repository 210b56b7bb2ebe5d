import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', when=hm.all_of(hm.when(branch='main'), hm.any_of(hm.when(event='push'), hm.when(local=True))))]
