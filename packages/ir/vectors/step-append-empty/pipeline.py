import harmont as hm


@hm.pipeline("vec")
def ci():
    return [
        hm.sh('make a', label='a', append={}),
        hm.sh('make b', label='b', append={'secrets': [], 'id_tokens': [], 'egress': []}),
    ]
