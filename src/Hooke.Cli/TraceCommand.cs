using System.CommandLine;

namespace Hooke.Cli;

/// <summary><c>hooke trace</c>: attribution graphs.</summary>
static class TraceCommand
{
    /// <summary>The command with its parts.</summary>
    public static Command Create() => new("trace", """
        Attribution graphs: what on one prompt acts on what

        Example:
          hooke trace show dallas-austin.json --out dallas-austin
        """)
    {
        TraceShowCommand.Create(),
        TraceValidateCommand.Create(),
        TraceHeadsCommand.Create(),
        TraceAttentionCommand.Create(),
        TraceInterveneCommand.Create(),
    };
}
