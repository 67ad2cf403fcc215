"""The local channel: of ``tweenbot make``, files on this disk and a card in the terminal; of a running bot, HTTP."""
