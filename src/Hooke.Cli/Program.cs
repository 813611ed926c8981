using System.CommandLine;
using Hooke.Cli;

Output.Prepare();
RootCommand root = new("""
    Hooke: a microscope for neural networks. It finds the machinery behind a behaviour of a trained model, tests it by
    intervening on it, and writes down what was found as evidence that somebody else can run again.

    Example:
      hooke investigate --behaviour induction --out induction
    """)
{
    InvestigateCommand.Create(),
    VerifyCommand.Create(),
    TinyworldCommand.Create(),
    ModelCommand.Create(),
    GenerateCommand.Create(),
    HeadsCommand.Create(),
    PatchCommand.Create(),
    LensCommand.Create(),
    AttributeCommand.Create(),
    DictionaryCommand.Create(),
    TraceCommand.Create(),
    SitesCommand.Create(),
    TokensCommand.Create(),
    SuperpositionCommand.Create(),
    ToyCommand.Create(),
};
return Cli.Run(root, args);
