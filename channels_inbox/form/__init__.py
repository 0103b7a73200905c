"""The web form: customers write to us from a page of ours."""
