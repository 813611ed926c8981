using System.CommandLine;
using Hooke.Models;

namespace Hooke.Cli;

/// <summary><c>hooke sites</c>: the table of activations.</summary>
static class SitesCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("sites", """
            List the activations that can be read and changed, with their shapes.

            Example:
              hooke sites
            """);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(Cli.Json))
                Output.Json(Site.All.Select(s => new { s.Name, shape = Axes(s.Shape), s.Meaning }));
            else
                Output.Table(["site ({} is the layer)", "shape", "what it is"],
                    Site.All.Select(s => (IReadOnlyList<string>)[s.Name, Axes(s.Shape), s.Meaning]));
            return Cli.Done;
        });
        return command;
    }

    static string Axes(SiteShape shape) => shape switch
    {
        SiteShape.Residual => "[batch, pos, d_model]",
        SiteShape.Heads => "[batch, pos, head, d_head]",
        SiteShape.KeyValueHeads => "[batch, pos, kv_head, d_head]",
        SiteShape.HeadResidual => "[batch, pos, head, d_model]",
        SiteShape.Pattern => "[batch, head, query_pos, key_pos]",
        SiteShape.Mlp => "[batch, pos, d_mlp]",
        SiteShape.Scale => "[batch, pos, 1]",
        SiteShape.HeadScale => "[batch, pos, head, 1]",
        SiteShape.KeyValueHeadScale => "[batch, pos, kv_head, 1]",
        _ => "[batch, pos, d_vocab]",
    };
}
