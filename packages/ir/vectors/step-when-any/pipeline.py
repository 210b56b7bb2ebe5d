import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', when=hm.any_of(hm.when(branch='main'), hm.when(tag='v*')))]
