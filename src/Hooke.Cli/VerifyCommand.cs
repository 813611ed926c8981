using System.CommandLine;
using Hooke.Evidence;
using Hooke.Studies;

namespace Hooke.Cli;

/// <summary><c>hooke verify</c>: run a dossier's request again and compare.</summary>
static class VerifyCommand
{
    const int Shown = 20;

    static readonly Argument<string> Path = new("dossier") { Description = "The dossier's folder" };
    static readonly Option<string> Model = new("--model")
    {
        Description = "Where the model lies now, if not where the dossier says",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("verify", """
            Run a dossier's investigation again and say whether every number is identical, or what differs.
            The exit code is 0 where all is identical, 1 where something differs.

            Example:
              hooke verify dossiers/indirect-object
            """)
        {
            Path, Model,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string path = parsed.GetValue(Path)!;
        Verification verification = StageProgress.Show(progress => Verification.Of(path, parsed.GetValue(Model), progress));
        if (parsed.GetValue(Cli.Json))
            Output.Json(new { dossier = path, identical = verification.IsIdentical, differences = verification.Differences });
        else if (verification.IsIdentical)
            Console.Out.WriteLine(
                $"identical: every number of {path} came out the same (result {verification.Dossier.ResultIdentity})");
        else
        {
            Console.Out.WriteLine(
                $"different: this run differs from {path} in {Words.Count(verification.Differences.Count, "place")}");
            foreach (Difference difference in verification.Differences.Take(Shown))
                Console.Out.WriteLine($"  {difference.Path}: the dossier has {difference.Here}, this run {difference.There}");
            if (verification.Differences.Count > Shown)
                Console.Out.WriteLine($"  and {verification.Differences.Count - Shown} more; --json lists all");
        }
        return verification.IsIdentical ? Cli.Done : Cli.No;
    }
}
