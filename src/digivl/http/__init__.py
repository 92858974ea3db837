"""All traffic to the outside: the only room that knows httpx."""
