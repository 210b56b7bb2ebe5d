import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.matrix({'go': ['1']}, lambda _: hm.sh('make a', label='a', egress=[], id_tokens={'T': 'x'}, append={'max': 1}))]
