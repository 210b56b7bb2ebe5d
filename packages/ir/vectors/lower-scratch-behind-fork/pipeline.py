import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.scratch(image='debian:12').fork().sh('make a', label='a')]
