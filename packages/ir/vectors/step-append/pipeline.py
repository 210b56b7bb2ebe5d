import harmont as hm


@hm.pipeline("vec")
def ci():
    append = {'egress': ['*.Example.com', 'github.com:22'], 'id_tokens': ['sts.amazonaws.com'], 'secrets': ['NPM_TOKEN', 'B'], 'max': 200}
    return [hm.sh('make a', label='a', append=append)]
