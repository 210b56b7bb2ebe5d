import harmont as hm


@hm.pipeline("vec")
def ci():
    gen = hm.sh('make gen')
    return [gen, hm.wait(), hm.sh('make c', label='c', inputs=hm.files_from(gen, 'gen'))]
