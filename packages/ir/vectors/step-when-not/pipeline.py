import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', when=hm.not_(hm.when(changed='docs/**')))]
