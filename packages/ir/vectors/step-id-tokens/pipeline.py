import harmont as hm


@hm.pipeline("vec")
def ci():
    tokens = {'AWS_WEB_IDENTITY_TOKEN_FILE': 'sts.amazonaws.com', 'VAULT': 'https://vault.example.com/é'}
    return [hm.sh('make a', label='a', id_tokens=tokens), hm.sh('make b', label='b', id_tokens={})]
