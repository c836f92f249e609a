"""The blueprint that the public pages put themselves on."""

from flask import Blueprint

public = Blueprint("public", __name__)
