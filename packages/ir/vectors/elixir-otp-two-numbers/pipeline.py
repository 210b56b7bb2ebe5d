import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.elixir(otp_version='27.3').install()]
