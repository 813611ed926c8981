using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Hooke.Studies.Tests;

/// <summary>Chromium, which opens a page as a reader would and gives back what became of it.</summary>
static class Browser
{
    static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>The program: that of HOOKE_CHROMIUM, or the first on the path; null where there is none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("HOOKE_CHROMIUM") ?? Find();

    /// <summary>The document after the page's scripts have run.</summary>
    public static string Open(string page, string fragment = "")
    {
        string folder = Directory.CreateTempSubdirectory("hooke-browser-").FullName;
        try
        {
            string path = Path.Combine(folder, "page.html");
            File.WriteAllText(path, page);
            ProcessStartInfo start = new(Program!,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", $"--user-data-dir={folder}",
                "--virtual-time-budget=10000", "--window-size=1400,1000", "--dump-dom", $"file://{path}{fragment}",
            ])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string document = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, error.Result);
            return document;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What stands in the element with an id, as text.</summary>
    public static string TextOf(string document, string id) => System.Net.WebUtility.HtmlDecode(
        Regex.Match(document, $"""<(\w+)[^>]*\sid="{id}"[^>]*>(.*?)</\1>""", RegexOptions.Singleline).Groups[2].Value);

    static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}

/// <summary>A test that needs a browser, skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    /// <summary>Skips the test where there is no browser.</summary>
    public BrowserFactAttribute() =>
        Skip = Browser.Program is null ? "no chromium is on the path (set HOOKE_CHROMIUM to the program)" : null!;
}
