"""月度调度: the key projects' month, from opening over the districts' answers to the close and its corrections."""
